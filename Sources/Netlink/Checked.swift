// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import Glibc
internal import SystemPackage

/// The one seam between libnl's return codes and Swift errors.
///
/// libnl folds errno into fewer codes of its own, so the errno of the system call is what is kept;
/// libnl's code counts only where there was no system call to fail.
///
/// - Returns: what `call` returned, which is never negative.
/// - Throws: `NetlinkError`, when it returned a negative libnl code.
@discardableResult
func checked(_ call: () -> CInt) throws(NetlinkError) -> CInt {
  errno = 0
  let result = call()
  let failure = errno
  guard result < 0 else { return result }
  switch -result {
  case NLE_AGAIN: throw .timedOut
  case NLE_MSG_TRUNC: throw .truncatedReply
  case _ where failure != 0: throw .system(Errno(rawValue: failure))
  default: throw .library(String(cString: nl_geterror(result)))
  }
}
