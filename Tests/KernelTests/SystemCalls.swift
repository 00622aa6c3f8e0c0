// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The system calls of the program, and how they can fail.
enum SystemCalls {
  /// The system calls that can fail, with the ways in which they can.
  ///
  /// Not here are calls that cannot fail as the program makes them, such as `gettid`, `rt_sigprocmask` or a `futex` on
  /// its own memory. Nor are errnos that would say something false about the files, such as ENOENT for one that exists.
  static let faults: [String: [Fault]] = [
    "access": errors(EACCES, EIO),
    "brk": [.result(0)],
    "capget": errors(EPERM),
    "clone": errors(EAGAIN, ENOMEM),
    "clone3": errors(EAGAIN, ENOSYS, ENOMEM),
    "close": errors(EIO, EINTR),
    "connect": errors(ENETUNREACH, ECONNREFUSED),
    "execve": errors(EACCES, ENOMEM),
    "faccessat": errors(EACCES),
    "faccessat2": errors(EACCES),
    "fcntl": errors(EBADF, EMFILE),
    "flock": errors(ENOLCK, EINTR),
    "fstat": errors(EIO, ENOMEM),
    "fstatfs": errors(EIO, ENOSYS),
    "getdents64": errors(EIO),
    "getrandom": errors(ENOSYS, EAGAIN),
    "getsockname": errors(ENOBUFS),
    "getsockopt": errors(ENOPROTOOPT),
    "ioctl": errors(EIO, ENOTTY),
    "kill": errors(ESRCH, EPERM),
    "link": errors(EPERM, ENOSPC),
    "lseek": errors(EINVAL),
    "lstat": errors(EIO, EACCES),
    "mkdir": errors(EROFS, ENOSPC, EACCES),
    "mmap": errors(ENOMEM),
    "mprotect": errors(ENOMEM),
    "munmap": errors(ENOMEM),
    "newfstatat": errors(EIO, ENOMEM),
    "open": errors(EMFILE, EACCES),
    "openat": errors(EMFILE, EACCES, ENFILE, ENOMEM),
    "openat2": errors(ENOSYS, EMFILE),
    "pipe2": errors(EMFILE),
    "poll": errors(ENOMEM, EINTR),
    "ppoll": errors(ENOMEM, EINTR),
    "prctl": errors(EINVAL),
    "pread64": errors(EIO),
    "prlimit64": errors(EPERM),
    "read": errors(EIO, EINTR),
    "readlink": errors(EACCES),
    "readlinkat": errors(EACCES),
    "recvfrom": errors(ENOMEM, ENOBUFS, EINTR),
    "recvmsg": errors(ENOMEM, ENOBUFS, EINTR),
    "rmdir": errors(EBUSY, EROFS),
    "sched_getaffinity": errors(EINVAL),
    "sendto": errors(ENOBUFS, EPERM, ENOMEM),
    "setns": errors(EPERM, ENOMEM),
    "setsockopt": errors(ENOPROTOOPT, ENOMEM),
    "socket": errors(EMFILE, EACCES, ENFILE, EPROTONOSUPPORT),
    "stat": errors(EIO, EACCES),
    "statfs": errors(EIO, ENOSYS),
    "statx": errors(EIO, EACCES),
    "unlink": errors(EROFS, EIO),
    "unlinkat": errors(EROFS, EIO),
    "vfork": errors(EAGAIN),
    "wait4": errors(ECHILD, EINTR),
    "waitid": errors(ECHILD, EINTR),
    "write": errors(ENOSPC, EIO, EINTR),
  ]

  /// The calls that change something outside the program.
  static let changing: Set = [
    "connect", "flock", "link", "mkdir", "rename", "rmdir", "sendto", "setsockopt", "unlink", "unlinkat", "write",
  ]

  private static func errors(_ numbers: Int32...) -> [Fault] { numbers.map { .error($0) } }

  /// The name of a call; its number if no name is needed.
  static func name(_ number: Int) -> String { names[number] ?? "\(number)" }

  private static let names = Dictionary(
    uniqueKeysWithValues: [
      (0, "read"), (1, "write"), (2, "open"), (3, "close"), (4, "stat"), (5, "fstat"), (6, "lstat"), (7, "poll"),
      (8, "lseek"), (9, "mmap"), (10, "mprotect"), (11, "munmap"), (12, "brk"), (13, "rt_sigaction"),
      (14, "rt_sigprocmask"), (16, "ioctl"), (17, "pread64"), (21, "access"), (24, "sched_yield"), (28, "madvise"),
      (35, "nanosleep"), (39, "getpid"), (41, "socket"), (42, "connect"), (44, "sendto"), (45, "recvfrom"),
      (46, "sendmsg"), (47, "recvmsg"), (49, "bind"), (51, "getsockname"), (54, "setsockopt"), (55, "getsockopt"),
      (56, "clone"), (57, "fork"), (58, "vfork"), (59, "execve"), (60, "exit"), (61, "wait4"), (62, "kill"),
      (63, "uname"), (72, "fcntl"), (73, "flock"), (79, "getcwd"), (82, "rename"), (83, "mkdir"), (84, "rmdir"),
      (86, "link"), (87, "unlink"), (89, "readlink"), (99, "sysinfo"), (102, "getuid"), (107, "geteuid"),
      (109, "setpgid"), (110, "getppid"), (121, "getpgid"), (124, "getsid"), (125, "capget"), (137, "statfs"),
      (138, "fstatfs"), (131, "sigaltstack"), (157, "prctl"), (158, "arch_prctl"), (186, "gettid"), (202, "futex"),
      (203, "sched_setaffinity"), (204, "sched_getaffinity"), (217, "getdents64"), (218, "set_tid_address"),
      (228, "clock_gettime"), (230, "clock_nanosleep"), (231, "exit_group"), (234, "tgkill"), (247, "waitid"),
      (257, "openat"), (262, "newfstatat"), (263, "unlinkat"), (267, "readlinkat"), (269, "faccessat"),
      (271, "ppoll"), (273, "set_robust_list"), (293, "pipe2"), (302, "prlimit64"), (308, "setns"),
      (318, "getrandom"), (332, "statx"), (334, "rseq"), (435, "clone3"), (437, "openat2"), (439, "faccessat2"),
    ])

  /// The path among the arguments of a call; empty if it has none.
  static func path(_ name: String, _ arguments: [UInt64], of thread: pid_t) -> String {
    guard let index = paths[name] else { return "" }
    return Ptrace.text(thread, at: arguments[index])
  }

  /// Which argument is a path.
  private static let paths = [
    "access": 0, "execve": 0, "faccessat": 1, "faccessat2": 1, "link": 1, "lstat": 0, "mkdir": 0, "newfstatat": 1,
    "open": 0, "openat": 1, "openat2": 1, "readlink": 0, "readlinkat": 1, "rmdir": 0, "stat": 0, "statfs": 0,
    "statx": 1, "unlink": 0, "unlinkat": 1,
  ]
}
