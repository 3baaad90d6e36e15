/* Pages of the program and its libraries that only its start read. */
#ifndef NICHED_BASE_PAGES_H
#define NICHED_BASE_PAGES_H

/* Takes what is only read of the program and its libraries out of the resident memory: what is used comes
 * back from the kernel's page cache. Breakpoints that a debugger has set are lost. */
void pages_give_back(void);

#endif
