import { encode } from "uqr";

/** Dark on light in both themes: cameras read nothing else reliably. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} className="qr mx-auto w-64 max-w-full rounded-lg" shapeRendering="crispEdges">
      <path d={path} />
    </svg>
  );
}
