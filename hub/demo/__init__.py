"""The demonstration hall: everything real but the hardware and the people."""
