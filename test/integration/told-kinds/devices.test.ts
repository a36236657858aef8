import { DEVICE_STORIES } from './device-stories.ts';
import { tellStories } from './tell-stories.ts';

tellStories(DEVICE_STORIES);
