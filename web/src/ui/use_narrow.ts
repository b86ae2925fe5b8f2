// True where the panels do not fit beside the chat (the same width as in layout.css).
import { useEffect, useState } from 'preact/hooks';

const query = '(max-width: 860px)';

export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setNarrow(list.matches);
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, []);
  return narrow;
}
