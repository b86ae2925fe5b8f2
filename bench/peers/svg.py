"""What the charts share: a card that is readable on light and dark pages, and text that is safe."""

import html

STYLE = """
    .card { fill: #ffffff; stroke: #d0d7de; }
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif;
           fill: #1f2328; }
    .title { font-weight: 600; font-size: 15px; }
    .faint { fill: #59636e; font-size: 12px; }
    .label { font-size: 12px; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
    .grid { stroke: #d0d7de; }
    .one { stroke: #59636e; stroke-dasharray: 4 3; }
    .roof { stroke: #59636e; stroke-width: 2; fill: none; }
    .bantam { fill: #bc4c00; }
    .llama { fill: #0969da; }
    .openvino { fill: #8250df; }
    @media (prefers-color-scheme: dark) {
      .card { fill: #0d1117; stroke: #3d444d; }
      text { fill: #f0f6fc; }
      .faint { fill: #9198a1; }
      .label { stroke: #0d1117; }
      .grid { stroke: #3d444d; }
      .one, .roof { stroke: #9198a1; }
      .bantam { fill: #f0883e; }
      .llama { fill: #4493f8; }
      .openvino { fill: #ab7df8; }
    }"""
CLASSES = {"bantam": "bantam", "llama.cpp": "llama", "OpenVINO": "openvino"}


class Drawing:
    """Shapes in the order they are drawn; coordinates in pixels from the upper left."""

    def __init__(self, width: float, height: float, description: str):
        self.width, self.height, self.shapes = width, height, []
        self.description = description

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start"):
        name = f' class="{kind}"' if kind else ""
        self.shapes.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>'
                           f"{html.escape(words)}</text>")

    def bar(self, x: float, y: float, width: float, height: float, kind: str):
        self.shapes.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" '
                           f'height="{height:.1f}" rx="2" class="{kind}"/>')

    def line(self, points: list[tuple[float, float]], kind: str):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.shapes.append(f'<polyline points="{path}" fill="none" class="{kind}"/>')

    def dot(self, x: float, y: float, kind: str):
        self.shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="{kind}"/>')

    def svg(self) -> str:
        body = "\n  ".join(self.shapes)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
                f'width="{self.width}" height="{self.height}" role="img">\n'
                f"  <title>{html.escape(self.description)}</title>\n"
                f"  <style>{STYLE}\n  </style>\n"
                f'  <rect x="0.5" y="0.5" width="{self.width - 1}" height="{self.height - 1}" '
                f'rx="8" class="card"/>\n  {body}\n</svg>\n')
