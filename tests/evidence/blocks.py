"""A real Bitcoin block header: public facts, and its proof of work shows that it is what it says."""

HEADER_358391 = (
    "02000000b96394585a281b7e5f438fd1c9ed492645a1fd61cb380204000000000000000000"
    "7ee445d23ad061af4a36b809501fab1ac4f2d7e7a739817dd0cbb7ec661b8a1e376755f58616186272def6"
)
"""Height 358391, 28 May 2015, block 000000000000000003e892881a8cdcdc117c06d444057c98b6f04a9ee75a2319."""
