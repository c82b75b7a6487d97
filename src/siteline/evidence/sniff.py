"""What a file is, by its first bytes; and whether its name says something else."""

from __future__ import annotations

import re
import zlib

UNKNOWN = "application/octet-stream"

_AT_START: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
    (b"\xff\x0a", "image/jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\0\0\1\0", "image/vnd.microsoft.icon"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"BZh", "application/x-bzip2"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"FLV\1", "video/x-flv"),
    (b"\0\0\1\xba", "video/mpeg"),
    (b"\0\0\1\xb3", "video/mpeg"),
    (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel", "video/x-ms-asf"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"MThd", "audio/midi"),
    (b"#!AMR", "audio/amr"),
    (b"WARC/", "application/warc"),
    (b"filedesc://", "application/x-arc"),
    (b"\0OpenTimestamps\0\0Proof\0", "application/vnd.opentimestamps"),
    (b"\x7fELF", "application/x-elf"),
    (b"MZ", "application/x-msdownload"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"CDF\1", "application/x-netcdf"),
    (b"CDF\2", "application/x-netcdf"),
    (b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (b"-----BEGIN ", "application/x-pem-file"),
)
_RIFF = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
_BRANDS = (
    (b"avif", "image/avif"),
    (b"avis", "image/avif"),
    (b"heic", "image/heic"),
    (b"heix", "image/heic"),
    (b"mif1", "image/heif"),
    (b"msf1", "image/heif"),
    (b"qt  ", "video/quicktime"),
    (b"M4A ", "audio/mp4"),
    (b"3g", "video/3gpp"),
    (b"crx ", "image/x-canon-cr3"),
)
_IN_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"datapackage.json", "application/wacz"),
    (b"archive/data.warc", "application/wacz"),
    (b"doc.kml", "application/vnd.google-earth.kmz"),
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
)
_ODF = re.compile(rb"mimetype(application/[\w.+-]+)PK")
_NAMES: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png", "apng"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/tiff": ("tif", "tiff", "gtiff", "cog", "dng", "nef", "cr2", "arw"),
    "image/bmp": ("bmp",),
    "image/jp2": ("jp2", "j2k", "j2c", "jpf", "jpx"),
    "image/jxl": ("jxl",),
    "image/avif": ("avif",),
    "image/heic": ("heic", "heif"),
    "image/heif": ("heif", "heic"),
    "image/svg+xml": ("svg",),
    "image/vnd.adobe.photoshop": ("psd", "psb"),
    "video/mp4": ("mp4", "m4v", "m4a", "mov"),
    "video/quicktime": ("mov", "qt", "mp4"),
    "video/3gpp": ("3gp", "3g2"),
    "video/x-matroska": ("mkv", "mka"),
    "video/webm": ("webm",),
    "video/x-msvideo": ("avi",),
    "video/mp2t": ("ts", "m2ts", "mts"),
    "video/mpeg": ("mpg", "mpeg", "vob"),
    "video/x-flv": ("flv",),
    "video/x-ms-asf": ("wmv", "asf", "wma"),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a", "mp4"),
    "audio/wav": ("wav",),
    "audio/flac": ("flac",),
    "application/ogg": ("ogg", "oga", "ogv", "opus"),
    "application/pdf": ("pdf", "ai"),
    "application/rtf": ("rtf", "doc"),
    "application/x-ole-storage": ("doc", "xls", "ppt", "msg", "hwp", "vsd", "mpp"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx", "docm", "dotx"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx", "xlsm", "xltx"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx", "pptm", "ppsx"),
    "application/wacz": ("wacz", "zip"),
    "application/warc": ("warc", "gz"),
    "application/warc+gzip": ("warc.gz", "gz", "warc"),
    "application/x-arc": ("arc",),
    "application/gzip": ("gz", "tgz", "svgz"),
    "application/x-7z-compressed": ("7z",),
    "application/vnd.rar": ("rar", "cbr"),
    "application/x-tar": ("tar",),
    "application/vnd.sqlite3": ("db", "sqlite", "sqlite3", "gpkg", "mbtiles"),
    "application/vnd.google-earth.kmz": ("kmz",),
    "application/vnd.google-earth.kml+xml": ("kml",),
    "text/html": ("html", "htm", "xhtml", "php", "asp", "aspx", "mht"),
}
_OWNER = {name: kind for kind, names in reversed(_NAMES.items()) for name in names}
_DOCUMENTS = ("pdf", "rtf", "ole-storage", "officedocument", "opendocument", "epub", "message/", "postscript")
_ARCHIVES = ("zip", "7z", "rar", "tar", "xz", "bzip2", "zstd", "java-archive")
_TEXT_TAGS = (
    (re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.I), "text/html"),
    (re.compile(rb"<svg\b", re.I), "image/svg+xml"),
    (re.compile(rb"<kml\b", re.I), "application/vnd.google-earth.kml+xml"),
    (re.compile(rb"<gpx\b", re.I), "application/gpx+xml"),
)
_MAIL = re.compile(rb"(?:Received|Return-Path|Delivered-To|MIME-Version|Message-ID): ", re.I)


def sniff(head: bytes) -> str:
    """Media type by the first bytes of a file; `application/octet-stream` where they say nothing."""
    for magic, kind in _AT_START:
        if head.startswith(magic):
            return _inside(kind, head)
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[4:8] == b"ftyp":
        return next((kind for brand, kind in _BRANDS if head[8:12].startswith(brand)), "video/mp4")
    if head[:4] in (b"PK\3\4", b"PK\5\6"):
        return _zipped(head)
    if head[:2] == b"\x1f\x8b":
        return "application/warc+gzip" if _gunzip(head).startswith(b"WARC/") else "application/gzip"
    if (
        head[:2] == b"BM"
        and len(head) > 26
        and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124)
    ):
        return "image/bmp"
    if head[257:262] == b"ustar":
        return "application/x-tar"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "video/mp2t"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4) and head[1] != 0xFF:
        return "audio/mpeg"
    return _written(head)


def kind_of(media_type: str) -> str:
    """The kind of exhibit that a media type makes."""
    family = media_type.partition("/")[0]
    if family in ("image", "video", "audio"):
        return family
    if media_type == "text/html":
        return "page"
    if media_type.startswith("application/warc") or media_type in ("application/wacz", "application/x-arc"):
        return "capture"
    if any(part in media_type for part in _DOCUMENTS):
        return "document"
    if any(part in media_type for part in ("elf", "msdownload", "mach-binary")):
        return "program"
    if any(part in media_type for part in _ARCHIVES) or media_type == "application/gzip":
        return "archive"
    if media_type == "text/plain":
        return "text"
    return "data" if media_type != UNKNOWN else "other"


def misnamed(name: str, media_type: str) -> str | None:
    """What the name claims to be where the content is something else; None where they agree or cannot be compared."""
    suffix = name.rpartition(".")[2].casefold() if "." in name else ""
    claimed = _OWNER.get(suffix)
    if claimed is None or suffix in _NAMES.get(media_type, ()):
        return None
    if media_type == UNKNOWN:
        return claimed
    is_text = media_type.startswith("text/") or media_type.endswith(("+xml", "/xml", "/json"))
    if is_text and claimed in ("text/html", "image/svg+xml", "application/vnd.google-earth.kml+xml"):
        return None  # a fragment without its root near the beginning
    if media_type == "application/zip" and "officedocument" in claimed:
        return None  # its parts may stand in any order
    return claimed


def _inside(kind: str, head: bytes) -> str:
    if kind == "video/x-matroska":
        return "video/webm" if b"webm" in head[:64] else kind
    if kind == "application/x-bzip2":
        return kind if head[3:4].isdigit() else _written(head)
    if kind == "application/x-msdownload":
        return kind if b"\0" in head[:64] else _written(head)
    return kind


def _zipped(head: bytes) -> str:
    if found := _ODF.search(head[:200]):
        return found[1].decode()
    names = head[:4096]
    for name, kind in _IN_ZIP:
        if name in names or (name == b"datapackage.json" and name in head):
            return kind
    return "application/zip"


def _gunzip(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(head, 64)
    except zlib.error:
        return b""


def _written(head: bytes) -> str:
    """The type of something written, or that it is none."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "text/plain"
    begins = head[:4096].removeprefix(b"\xef\xbb\xbf")
    if not begins.strip() or b"\0" in begins or sum(c < 9 or (13 < c < 32 and c != 27) for c in begins):
        return UNKNOWN
    start = begins.lstrip()
    for tag, kind in _TEXT_TAGS:
        if start[:1] == b"<" and tag.search(begins):
            return kind
    if start.startswith(b"<?xml"):
        return "application/xml"
    if start[:1] in b"{[" and re.match(rb"[{\[]\s*[\"{\[\]}\d-]", start):
        return "application/json"
    if start.startswith(b"%!PS"):
        return "application/postscript"
    if _MAIL.match(start):
        return "message/rfc822"
    return "text/plain"
