"""Small components of our own: what Streamlit's widgets cannot draw or must not redraw."""
