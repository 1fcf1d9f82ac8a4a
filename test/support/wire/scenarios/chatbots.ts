import type { WireTranscript } from '../transcript.ts';

/** Chatbots, with a key that nobody is shown, and the flows that name them. */
export async function chatbots(wire: WireTranscript): Promise<void> {
  const url = 'https://chat.example/v1';
  const body = { name: 'clinic', url, model: 'small', prompt: 'You book.', voice: 'v', api_key: 'sk-secret' };
  const { id } = await wire.ask('createChatbot', { body });
  await wire.ask('createChatbot', { body: { url } });
  await wire.ask('createChatbot', { body: { url: 'http://10.0.0.1/v1' } });
  await wire.ask('updateChatbot', { path: { id }, body: { name: 'dentist', api_key: '' } });
  await wire.ask('getChatbot', { path: { id } });
  await wire.ask('listChatbots', { query: '?page_size=1' });
  const talk = (chatbot_id: string) => [{ id: 'talk', type: 'chatbot_talk', option: { chatbot_id } }];
  await wire.ask('createFlow', { body: { name: 'talk', actions: talk(id) } });
  await wire.ask('createFlow', {
    body: { name: 'talk', actions: talk('99bf739a-932f-433c-b1bf-103d33d7e9bb') },
  });
  await wire.ask('deleteChatbot', { path: { id } });
  await wire.ask('deleteChatbot', { path: { id }, query: '?force=true' });
  await wire.quiet();
}
