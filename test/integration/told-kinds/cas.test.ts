import { CA_STORIES } from './ca-stories.ts';
import { tellStories } from './tell-stories.ts';

tellStories(CA_STORIES);
