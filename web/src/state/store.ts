// Store: one immutable value with subscribers; useStore shows a part of it in a component and
// draws the component again only when that part changes.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export class Store<T extends object> {
  private listeners = new Set<() => void>();

  constructor(private current: T) {}

  get(): T {
    return this.current;
  }

  set(change: Partial<T> | ((now: T) => Partial<T>)): void {
    const part = typeof change === 'function' ? change(this.current) : change;
    this.current = { ...this.current, ...part };
    for (const listener of [...this.listeners]) listener();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export function useStore<T extends object, S>(store: Store<T>, select: (value: T) => S): S {
  const [, redraw] = useState(0);
  const selected = select(store.get());
  const last = useRef({ select, selected });
  useLayoutEffect(() => {
    last.current = { select, selected };
  });
  useEffect(() => {
    const check = () => {
      if (!Object.is(last.current.select(store.get()), last.current.selected)) redraw((n) => n + 1);
    };
    check();
    return store.subscribe(check);
  }, [store]);
  return selected;
}
