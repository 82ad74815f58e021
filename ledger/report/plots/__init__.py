"""Pictures of trials: as Vega-Lite (PNG, SVG, HTML, JSON), and as text in the terminal."""
