"""The evidence room at work: taken in, captured, inspected, watched, shown and handed over."""
