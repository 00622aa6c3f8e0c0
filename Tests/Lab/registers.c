// SPDX-License-Identifier: Apache-2.0

// A `ptrace` for user-mode kernels on processors with AMX. `host-launch` loads it before the C library.
//
// The system accepts the registers of a process only in a buffer that has room for all registers of the processor. The
// user-mode kernels before Linux 6.13 have a buffer of fixed size, 2696 bytes, which has no room for the tiles of AMX:
// 8 KiB more. Then the kernel says `ptrace set fp regs failed, errno = 14` and panics. Here the rest of a larger buffer
// is 0. By the header in the kernel's part of the buffer, the tiles are unused, because a program must ask the system
// for them, which no program in a guest can do.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

// The kernel's stacks are small. Only one of its threads calls ptrace.
static char registers[64 * 1024];

long ptrace(enum __ptrace_request request, ...) {
  static long (*next)(enum __ptrace_request, ...);
  static size_t size;

  va_list arguments;
  va_start(arguments, request);
  pid_t process = va_arg(arguments, pid_t);
  void *address = va_arg(arguments, void *);
  void *data = va_arg(arguments, void *);
  va_end(arguments);

  if (!next) next = (long (*)(enum __ptrace_request, ...))dlsym(RTLD_NEXT, "ptrace");
  if (request != PTRACE_SETREGSET || (long)address != NT_X86_XSTATE) return next(request, process, address, data);

  struct iovec whole = {registers, sizeof registers};
  if (!size) {
    // The answer says how long the registers are.
    if (next(PTRACE_GETREGSET, process, address, &whole) < 0) return -1;
    size = whole.iov_len;
    memset(registers, 0, size);
  }
  const struct iovec *given = data;
  if (given->iov_len >= size) return next(request, process, address, data);
  memcpy(registers, given->iov_base, given->iov_len);
  whole.iov_len = size;
  return next(request, process, address, &whole);
}
