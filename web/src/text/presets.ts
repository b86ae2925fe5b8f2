// Presets: a system prompt in the language of the page, sampling that suits it, and ways to begin.
import type { Sampling } from '../api/chat';
import type { Language } from '../state/settings';

interface Words {
  system: string;
  starters: string[];
}

export interface Preset {
  id: string;
  sampling: Sampling;
  en: Words;
  zh: Words;
}

export const presets: Preset[] = [
  {
    id: 'general',
    sampling: {},
    en: {
      system: '',
      starters: ['Explain how a rainbow comes about', 'Write a haiku about the first frost'],
    },
    zh: { system: '', starters: ['解释一下彩虹是怎么形成的', '写一首关于初雪的短诗'] },
  },
  {
    id: 'study',
    sampling: { temperature: 0.3 },
    en: {
      system:
        'You are a patient tutor. Explain step by step in simple words, give one small example, ' +
        'and end with one question that checks whether the student has understood.',
      starters: ['Explain fractions with a pizza', 'Quiz me on photosynthesis'],
    },
    zh: {
      system:
        '你是一位耐心的老师。用简单的话一步一步地讲解，举一个小例子，最后提一个问题检查学生是否理解。',
      starters: ['用披萨讲解分数', '考考我关于光合作用的知识'],
    },
  },
  {
    id: 'language',
    sampling: { temperature: 0.7 },
    en: {
      system:
        'You are a friendly Chinese conversation partner for a learner. Answer in short, simple ' +
        'Chinese sentences, put the English meaning below, and correct mistakes kindly.',
      starters: ['你好！我想练习点菜。', 'Let us talk about my weekend in Chinese'],
    },
    zh: {
      system:
        '你是一位友好的英语会话伙伴。用简短易懂的英语回答，在下面附上中文意思，并温和地指出错误。',
      starters: ['Hi! I want to practise ordering food.', '用英语和我聊聊周末'],
    },
  },
  {
    id: 'notes',
    sampling: { temperature: 0.2 },
    en: {
      system:
        'You turn rough text into clear notes: a one-line summary, then bullet points, then open ' +
        'tasks with names and dates if there are any. Add nothing that is not in the text.',
      starters: ['Make notes of this meeting: ', 'Summarise in five points: '],
    },
    zh: {
      system:
        '你把零散的文字整理成清楚的笔记：先用一句话概括，再列要点，最后列出待办事项（如有姓名和日期请写明）。不要添加原文没有的内容。',
      starters: ['整理这次会议的笔记：', '用五点概括：'],
    },
  },
  {
    id: 'email',
    sampling: { temperature: 0.5 },
    en: {
      system:
        'You write e-mails: a subject line, then a courteous, brief text that says what is ' +
        'wanted and by when. Ask if something important is missing.',
      starters: ['Move tomorrow’s appointment to Friday', 'Decline an invitation politely'],
    },
    zh: {
      system:
        '你帮人写邮件：先写主题，再写礼貌而简短的正文，说明要什么、什么时候要。缺少重要信息时请提问。',
      starters: ['把明天的约会改到星期五', '礼貌地谢绝一个邀请'],
    },
  },
];

export function preset(id: string): Preset {
  return presets.find((p) => p.id === id) ?? presets[0]!;
}

export function presetWords(id: string, language: Language): Words {
  return preset(id)[language];
}

// True if the text is a preset's own in any language: then a change of preset may replace it.
export function isPresetText(system: string): boolean {
  const text = system.trim();
  return text === '' || presets.some((p) => p.en.system === text || p.zh.system === text);
}
