"""Site files made for tests: each good, so that a test can break one thing."""

from __future__ import annotations

import copy
import json
from typing import Any

LON, LAT = 127.6, 39.9


def ring(x: float = LON, y: float = LAT, w: float = 0.002, h: float = 0.001) -> list[list[float]]:
    """A closed rectangle, anticlockwise."""
    return [[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]


def feature(
    role: str | None, label: str | None, coordinates: Any, kind: str = "Polygon", **more: Any
) -> dict[str, Any]:
    """A GeoJSON feature of a site."""
    properties = {key: value for key, value in (("role", role), ("label", label)) if value is not None}
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties | more, "geometry": geometry}


def site_file() -> dict[str, Any]:
    """A whole good site file."""
    return copy.deepcopy(
        {
            "type": "FeatureCollection",
            "siteline": "site/1",
            "site": {
                "id": "plant-11",
                "name": "February 11 Plant",
                "names": [{"text": "2월11일공장", "lang": "ko", "kind": "official"}],
                "parent": "ryongsong",
            },
            "features": [
                feature("aoi", "aoi", [ring(w=0.03, h=0.02)]),
                feature("perimeter", "fence", [ring(w=0.02, h=0.015)]),
                feature(
                    "building",
                    "A-1",
                    [ring(LON + 0.001, LAT + 0.001)],
                    name="First hall",
                    looks_like="long hall with rail access",
                    function={"text": "assembly", "qualifier": "possible", "basis": "rail", "who": "JK"},
                    since="2014-05-01",
                    source="drawn by JK",
                    colour="red",
                ),
                feature("gate", "south", [LON + 0.001, LAT], "Point"),
            ],
        }
    )


def as_bytes(said: Any) -> bytes:
    """JSON as a map program writes it."""
    return json.dumps(said, ensure_ascii=False).encode()


KML_FILE = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document>
 <name>Plant</name>
 <Style id="yellow"><LineStyle><color>ff00ffff</color><width>3</width></LineStyle></Style>
 <Folder><name>AOI</name>
  <Placemark><name>site</name><styleUrl>#yellow</styleUrl><Polygon><outerBoundaryIs><LinearRing><coordinates>
   127.59,39.89,0 127.63,39.89,0 127.63,39.93,0 127.59,39.93,0 127.59,39.89,0
  </coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
 </Folder>
 <Folder><name>My places</name><open>1</open>
  <Placemark id="p7"><name>Hall 2</name>
   <description><![CDATA[<b>second</b> hall & <a href="http://x.test/">link</a>]]></description>
   <styleUrl>#yellow</styleUrl>
   <ExtendedData><Data name="role"><value>building</value></Data>
    <Data name="crew"><value>night</value></Data></ExtendedData>
   <Polygon><outerBoundaryIs><LinearRing><coordinates>
   127.601,39.901,0 127.603,39.901,0 127.603,39.902,0 127.601,39.902,0 127.601,39.901,0
  </coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
  <Placemark><name>Main gate</name><Point><coordinates>127.6,39.9,12.5</coordinates></Point></Placemark>
 </Folder>
</Document>
</kml>
"""
