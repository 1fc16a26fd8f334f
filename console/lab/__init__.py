"""The lab: datasets, what is loaded into them and what is asked of them."""
