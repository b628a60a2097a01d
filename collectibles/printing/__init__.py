"""What leaves the house of a campaign's codes: tables for a printer, and sheets to print and cut."""
