/** Grey bars in the shape of what is to come. Nothing is shown for the first 150 ms. */
export function Skeleton({ lines, label }: { lines: number; label: string }) {
  return (
    <div role="status" className="grid gap-2.5 py-1">
      <span className="sr">{label}</span>
      {Array.from({ length: lines }, (_, n) => (
        <div key={n} aria-hidden="true" className={`skeleton h-5 ${n % 3 === 2 ? "w-2/3" : "w-full"}`} />
      ))}
    </div>
  );
}
