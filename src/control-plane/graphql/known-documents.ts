import type { DocumentNode } from 'graphql';

/** What is remembered takes some hundred bytes for each character. */
const MOST_CHARACTERS = 50_000;

/** Documents that are in order, by their texts: programs send the same ones again and again. Those used last are kept. */
export class KnownDocuments {
  private readonly documents = new Map<string, DocumentNode>();
  private characters = 0;

  constructor(private readonly most = MOST_CHARACTERS) {}

  find(text: string): DocumentNode | undefined {
    const document = this.documents.get(text);
    if (document) {
      this.documents.delete(text);
      this.documents.set(text, document);
    }
    return document;
  }

  add(text: string, document: DocumentNode): void {
    if (text.length > this.most || this.documents.has(text)) return;
    this.documents.set(text, document);
    this.characters += text.length;
    for (const oldest of this.documents.keys()) {
      if (this.characters <= this.most) break;
      this.documents.delete(oldest);
      this.characters -= oldest.length;
    }
  }
}
