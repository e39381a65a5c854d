"""What is asked of the years from 2023 on."""
