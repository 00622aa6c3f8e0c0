// SPDX-License-Identifier: Apache-2.0

public import SystemPackage

/// Why a network namespace was not entered.
public enum NamespaceError: Error, Sendable, Hashable {
  /// The file could not be opened.
  case notOpened(Errno)
  /// The file is no network namespace; the errno is the kernel's, where it was asked.
  case notANamespace(Errno?)
  /// The kernel does not let the caller enter.
  case notEntered(Errno)
  /// The system gives no thread to enter it with.
  case noThread(Errno)
  /// What was to be done there did not end in time.
  case timedOut
}
