/** The voices of Amazon Polly; Google's names say of themselves what they are. */
const polly = new Set(
  `Aditi Adriano Alba Amy Andres Aria Arlet Arthur Astrid Ayanda Bianca Brian Burcu Camila Carla Carmen Celine Céline
  Chantal Conchita Cristiano Daniel Danielle Dora Elin Emma Enrique Ewa Filiz Gabrielle Geraint Giorgio Gregory Gwyneth
  Hala Hannah Hans Hiujin Ida Ines Inês Isabelle Ivy Jacek Jan Jasmine Jihye Jitka Joanna Joey Justin Kajal Karl Kazuha
  Kendra Kevin Kimberly Laura Léa Lea Liam Lisa Liv Lotte Lucia Lupe Mads Maja Marlene Mathieu Matthew Maxim Mia Miguel
  Mizuki Naja Niamh Nicole Ola Olivia Patrick Pedro Penelope Penélope Raul Raveena Remi Rémi Ricardo Ruben Russell Ruth
  Sabrina Salli Seoyeon Sergio Sofie Stephen Suvi Takumi Tatyana Thiago Tomoko Vicki Vitoria Vitória Zayd Zeina
  Zhiyu`.split(/\s+/),
);

/** Whose voice this is, for flows that name a voice and no provider; `undefined` where the name is not a cloud's. */
export function providerOf(voice: string): 'gcp' | 'aws' | undefined {
  if (/^[a-z]{2,3}-[A-Z]{2}-[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)+$/.test(voice)) return 'gcp';
  return polly.has(voice) ? 'aws' : undefined;
}
