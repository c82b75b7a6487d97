"""The network, and nothing else of the catalog: addresses that may be asked, and one client that asks them."""
