import { filterChanges } from './changes';
import { follow } from './connection';
import { enhance } from './key-form';
import { LogTools } from './log-tools';
import { showChanged } from './regions';
import { sendOnce } from './once';
import { keepTimes } from './times';
import { keepUploads } from './upload';

keepTimes();
enhance(document);
keepUploads(enhance);
sendOnce();
filterChanges();
const [log, place] = [document.getElementById('log'), document.getElementById('log-tools')];
const tools = log && place ? new LogTools(log, place) : undefined;
const { stream, last } = document.body.dataset;
if (stream !== undefined && last !== undefined) {
  follow(stream, last, { view: showChanged, log: (data) => tools?.append(data) });
}
