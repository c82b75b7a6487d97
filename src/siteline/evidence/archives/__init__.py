"""Web archives: WARC, ARC and WACZ, read with distrust, and WACZ written."""
