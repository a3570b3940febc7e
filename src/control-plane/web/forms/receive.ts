import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { malformed, RequestError } from '../../errors';

/**
 * Takes the file of a form as it comes, whose field has the name.
 * @throws RequestError `malformed` for what is no form, or has no file; or what `take` throws
 */
export function receiveFile<T>(
  body: Readable,
  contentType: string,
  field: string,
  take: (content: Readable) => Promise<T>,
): Promise<T> {
  const form = parserOf(contentType);
  return new Promise<T>((resolve, reject) => {
    let file: BusboyFileStream | undefined;
    const broken = () => {
      const error = malformed(field, 'the upload broke off: try again');
      file?.destroy(error);
      reject(error);
    };
    form.on('file', (name: string, content: BusboyFileStream, fileName: string) => {
      // What nobody chose is sent without a name.
      if (file || name !== field || !fileName) {
        content.resume();
        return;
      }
      file = content;
      take(content).then(resolve, (error: Error) => {
        body.unpipe(form);
        reject(error);
      });
    });
    form.once('error', broken);
    form.once('finish', () => {
      if (!file) reject(malformed(field, 'no file was chosen'));
    });
    body.once('error', broken);
    body.once('close', () => {
      if (!body.readableEnded) broken();
    });
    body.pipe(form);
  });
}

function parserOf(contentType: string): BusboyInstance {
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits: { fields: 10, files: 2, parts: 12 } });
  } catch {
    throw new RequestError('malformed', 'what was sent is no form');
  }
}
