// Styles are imported for their effect; Vite gathers them in one file.
declare module '*.css';
