// Changes of conversations.
import { describe, expect, it } from 'vitest';
import { blankConversation } from './app';
import {
  emptyReply,
  mended,
  titleOf,
  turnsOf,
  withEdit,
  withNewReply,
  withReply,
  withUserMessage,
  withVersion,
  type Conversation,
} from './conversation';

function talked(...turns: [string, string][]): Conversation {
  let conversation = { ...blankConversation(), system: '' };
  for (const [question, answer] of turns) {
    conversation = withUserMessage(conversation, question);
    conversation = withNewReply(conversation, emptyReply('m', 'text'));
    conversation = withReply(conversation, { text: answer, finish: 'stop' });
  }
  return conversation;
}

const contents = (c: Conversation) => turnsOf(c).map((t) => t.content);

describe('a conversation', () => {
  it('is sent with its system prompt and the versions that are shown', () => {
    let c = { ...talked(['a', 'b']), system: 'Be brief.' };
    c = withReply(withNewReply(c, emptyReply('m', 'text')), { text: 'b2', finish: 'stop' });
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
    let c = withNewReply(withUserMessage(blankConversation(), 'a'), emptyReply('m', 'text'));
    c = withReply(c, { finish: 'error', error: 'full' });
    c = withNewReply(c, emptyReply('m', 'text'));
    expect(c.messages[1]).toMatchObject({ active: 0, replies: [{ error: '' }] });
    expect(contents(c)).toEqual(['a']);
  });

  it('does not change what it was made from', () => {
    const c = talked(['a', 'b']);
    const before = structuredClone(c);
    withReply(withNewReply(withUserMessage(c, 'x'), emptyReply('m', 'json')), { text: 'y' });
    expect(c).toEqual(before);
  });

  it('has a title of its own, or its first line', () => {
    const c = talked(['first line\nsecond', 'b']);
    expect(titleOf(c, '?')).toBe('first line');
    expect(titleOf({ ...c, title: 'Mine' }, '?')).toBe('Mine');
    expect(titleOf(blankConversation(), '?')).toBe('?');
    expect([...titleOf(talked(['🌈'.repeat(60), '']), '')]).toHaveLength(48);
  });

  it('that was cut off by closing the page is whole again', () => {
    const c = withNewReply(withUserMessage(blankConversation(), 'a'), emptyReply('m', 'text'));
    expect(mended(c).messages[1]).toMatchObject({ replies: [{ finish: 'stopped' }] });
    const whole = talked(['a', 'b']);
    expect(mended(whole)).toBe(whole);
  });
});
