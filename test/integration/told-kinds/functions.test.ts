import { FUNCTION_STORIES } from './function-stories.ts';
import { tellStories } from './tell-stories.ts';

tellStories(FUNCTION_STORIES);
