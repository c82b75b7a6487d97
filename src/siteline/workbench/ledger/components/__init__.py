"""Parts and lists in a case: taken in, counted, compared, published."""
