import { CONTROL_STORIES } from './control-stories.ts';
import { tellStories } from './tell-stories.ts';

tellStories(CONTROL_STORIES);
