/* Why: linking reads symbols and relocations of some 40 libraries, and the kernel maps 16 pages for each that
 * is touched: of 10 MB less than half is ever looked at again. Invariant: only segments that nobody can write
 * are given back, so that nothing is lost. */
#include "base/pages.h"

#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static int give_back(struct dl_phdr_info *info, size_t size, void *ctx) {
    (void)size;
    uintptr_t page = *(const uintptr_t *)ctx;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type != PT_LOAD || (p->p_flags & PF_W))
            continue;
        uintptr_t from = (info->dlpi_addr + p->p_vaddr) & ~(page - 1);
        uintptr_t to = info->dlpi_addr + p->p_vaddr + p->p_memsz;
        madvise((void *)from, to - from,
                MADV_DONTNEED); // NOLINT(performance-no-int-to-ptr): an address of ELF
    }
    return 0;
}

void pages_give_back(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(give_back, &page);
}
