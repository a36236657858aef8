import { tellStories } from './tell-stories.ts';
import { TELLING_STORIES } from './telling-stories.ts';

tellStories(TELLING_STORIES);
