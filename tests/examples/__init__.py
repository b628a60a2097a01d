"""Examples of the OpenAPI description: a story that is really told, recorded (`make examples`), and compared since."""
