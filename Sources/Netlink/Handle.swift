// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage

/// An object of libnl's with one owner, freed at the end of its life.
struct Handle: ~Copyable {
  let pointer: OpaquePointer
  private let free: @convention(c) (OpaquePointer?) -> Void

  /// Takes over what libnl allocated.
  ///
  /// - Throws: `NetlinkError`, when there was no memory.
  init(_ pointer: OpaquePointer?, free: @convention(c) (OpaquePointer?) -> Void) throws(NetlinkError) {
    guard let pointer else { throw .system(.noMemory) }
    self.pointer = pointer
    self.free = free
  }

  deinit {
    free(pointer)
  }
}
