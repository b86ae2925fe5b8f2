// Changes of conversations.
import { describe, expect, it } from 'vitest';
import { blankConversation } from './app';
import {
  emptyReply,
  mended,
  renewed,
  titleOf,
  turnsOf,
  userMessage,
  withEdit,
  withMessage,
  withNewReply,
  withReply,
  withVersion,
  type Conversation,
  type Reply,
} from './conversation';

const asked = (c: Conversation, question: string) => withMessage(c, userMessage(question));
const reply = (part: Partial<Reply>): Reply => ({ ...emptyReply('m', 'text'), ...part });

function talked(...turns: [string, string][]): Conversation {
  let conversation = { ...blankConversation(), system: '' };
  for (const [question, answer] of turns) {
    conversation = asked(conversation, question);
    const id = `reply to ${question}`;
    conversation = withNewReply(conversation, id, reply({ text: answer, finish: 'stop' }));
  }
  return conversation;
}

const contents = (c: Conversation) => turnsOf(c).map((t) => t.content);

describe('a conversation', () => {
  it('is sent with its system prompt and the versions that are shown', () => {
    let c = { ...talked(['a', 'b']), system: 'Be brief.' };
    c = withNewReply(c, c.messages[1]!.id, reply({ text: 'b2', finish: 'stop' }));
    expect(turnsOf(c)).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b2' },
    ]);
    c = withVersion(c, c.messages[1]!.id, 0);
    expect(contents(c)).toEqual(['Be brief.', 'a', 'b']);
    expect(withVersion(c, c.messages[1]!.id, 7)).toEqual(c);
  });

  it('drops what follows an edited message', () => {
    const c = talked(['a', 'b'], ['c', 'd']);
    expect(contents(withEdit(c, c.messages[0]!.id, 'A'))).toEqual(['A']);
    expect(contents(withEdit(c, c.messages[2]!.id, 'C'))).toEqual(['a', 'b', 'C']);
    expect(withEdit(c, 'nobody', 'x')).toBe(c);
  });

  it('does not keep versions without a word', () => {
    let c = asked(blankConversation(), 'a');
    c = withNewReply(c, 'r', reply({ finish: 'error', error: 'full' }));
    c = withNewReply(c, 'r', reply({}));
    expect(c.messages[1]).toMatchObject({ active: 0, replies: [{ error: '' }] });
    expect(contents(c)).toEqual(['a']);
  });

  it('does not change what it was made from', () => {
    const c = talked(['a', 'b']);
    const before = structuredClone(c);
    const written = reply({ shape: 'json' });
    withReply(withNewReply(asked(c, 'x'), 'r', written), 'r', { ...written, text: 'y' });
    expect(c).toEqual(before);
  });

  it('that two tabs write at once has what both wrote, whichever comes first', () => {
    const [mine, theirs] = [reply({ text: 'mine' }), reply({ text: 'theirs' })];
    let c = withNewReply(asked(blankConversation(), 'a'), 'r', { ...mine, text: '' });
    c = withNewReply(c, 'r', { ...theirs, text: '' }); // leaves out what has no word yet
    c = withReply(withReply(c, 'r', theirs), 'r', mine);
    c = withReply(c, 'r', { ...mine, finish: 'stop' });
    expect(c.messages[1]).toMatchObject({ replies: [{ text: 'theirs' }, { text: 'mine' }] });
    expect(withReply(c, 'edited away', mine)).toEqual(c);
  });

  it('has a title of its own, or its first line', () => {
    const c = talked(['first line\nsecond', 'b']);
    expect(titleOf(c, '?')).toBe('first line');
    expect(titleOf({ ...c, title: 'Mine' }, '?')).toBe('Mine');
    expect(titleOf(blankConversation(), '?')).toBe('?');
    expect([...titleOf(talked(['🌈'.repeat(60), '']), '')]).toHaveLength(48);
  });

  it('that was cut off by closing the page is whole again', () => {
    const c = withNewReply(asked(blankConversation(), 'a'), 'r', reply({}));
    expect(mended(c).messages[1]).toMatchObject({ replies: [{ finish: 'stopped' }] });
    const whole = talked(['a', 'b']);
    expect(mended(whole)).toEqual(whole);
  });

  it('is shown as it is kept, but for the reply that is written here', () => {
    const here = reply({ text: 'Hal' });
    const kept = withNewReply(talked(['a', 'b']), 'r', here);
    const shown = withReply(kept, 'r', { ...here, text: 'Half' });
    const grown = asked(kept, 'from another tab');
    const now = renewed(grown, shown, here.id);
    expect(now.messages[2]).toMatchObject({ replies: [{ text: 'Half', finish: '' }] });
    expect(now.messages[3]).toBe(grown.messages[3]);
  });
});
