import { CA_STORIES } from './ca-stories.ts';
import { CONTROL_STORIES } from './control-stories.ts';
import { DEVICE_STORIES } from './device-stories.ts';
import { DROP_STORIES } from './drop-stories.ts';
import { FUNCTION_STORIES } from './function-stories.ts';
import type { Stories } from './story.ts';
import { TELLING_STORIES } from './telling-stories.ts';

/** From cause to robot message: one story for every kind that people are told of. A told kind without one does not compile. */
export const EVERY_TOLD_KIND: Stories = {
  ...DROP_STORIES,
  ...DEVICE_STORIES,
  ...CA_STORIES,
  ...CONTROL_STORIES,
  ...FUNCTION_STORIES,
  ...TELLING_STORIES,
};
