"""What people counted on images: filed, listed, drawn."""
