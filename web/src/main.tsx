// Starts the page.
import { render } from 'preact';
import { loadConversations } from './state/keeping';
import { startPolling } from './state/polling';
import { App } from './ui/app';
import './style/base.css';
import './style/layout.css';
import './style/controls.css';
import './style/menus.css';
import './style/chat.css';
import './style/markdown.css';
import './style/panels.css';
import './style/notices.css';

render(<App />, document.getElementById('app')!);
void loadConversations();
startPolling();
