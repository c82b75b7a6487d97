"""Linked data: how every claim came about, as PROV-O, and claims we rate, as ClaimReview; nothing is fetched to read them."""
