// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// Why a change cannot keep others out.
package enum ChangeLockError: Error, Hashable {
  /// Nothing can be locked here.
  case unavailable(Errno)
  /// Another one has the lock, and has had it for as long as there was patience; `nil` where it cannot be seen who.
  case busy(LockHolder?)
}
