import { DROP_STORIES } from './drop-stories.ts';
import { tellStories } from './tell-stories.ts';

tellStories(DROP_STORIES);
