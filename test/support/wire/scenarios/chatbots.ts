import type { WireTranscript } from '../transcript.ts';

/** Chatbots, with a key that nobody is shown. */
export async function chatbots(wire: WireTranscript): Promise<void> {
  const url = 'https://chat.example/v1';
  const body = { name: 'clinic', url, model: 'small', prompt: 'You book.', voice: 'v', api_key: 'sk-secret' };
  const { id } = await wire.ask('createChatbot', { body });
  await wire.ask('createChatbot', { body: { url } });
  await wire.ask('createChatbot', { body: { url: 'http://10.0.0.1/v1' } });
  await wire.ask('updateChatbot', { path: { id }, body: { name: 'dentist', api_key: '' } });
  await wire.ask('getChatbot', { path: { id } });
  await wire.ask('listChatbots', { query: '?page_size=1' });
  await wire.ask('deleteChatbot', { path: { id } });
  await wire.quiet();
}
