/* Attributes used everywhere: must-use results, printf checking, scope cleanup. */
#ifndef NICHED_BASE_MACROS_H
#define NICHED_BASE_MACROS_H

#define NODISCARD          __attribute__((warn_unused_result))
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
/* Runs fn(&variable) when the variable's scope ends. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#endif
