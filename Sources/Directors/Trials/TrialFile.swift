// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPVS
package import Linux
package import SystemPackage

/// The record file of a running trial.
///
/// It is locked while its process lives, however that ends. An unlocked record belongs to a killed trial. This needs no
/// process number, which another process may have by now, and works across containers that number processes
/// differently.
package struct TrialFile: ~Copyable {
  private let descriptor: CInt
  private let path: String
  private let directory: ChangeDirectory
  /// The number of the record: larger than that of each record that was there when it was written.
  package let number: UInt64

  /// Writes a record.
  ///
  /// - Parameters:
  ///   - record: The timeouts that may have to be restored.
  ///   - directory: The directory of changes.
  /// - Returns: The file.
  /// - Throws: ``TrialFileError``, when it cannot be written. Then no part of it is left.
  package static func write(
    _ record: TrialRecord, in directory: ChangeDirectory = .usual
  ) throws(TrialFileError) -> TrialFile {
    guard record.snapshots.count <= TrialRecord.maximumCount else { throw .tooManyNamespaces }
    let bytes = record.bytes
    guard bytes.count <= TrialRecord.maximumSize else { throw .tooLong }
    if let (_, fault) = directory.fault { throw .untrusted(fault) }
    directory.removeLeftovers()
    for _ in 0..<1000 {
      if let file = try writeDraft(bytes, in: directory) { return file }
    }
    throw .system(.wouldBlock)
  }

  /// Writes a draft, and makes it the record.
  ///
  /// - Returns: The file; `nil` if another process removes the draft, because it was not locked yet.
  private static func writeDraft(
    _ bytes: [UInt8], in directory: ChangeDirectory
  ) throws(TrialFileError) -> TrialFile? {
    let draft = directory.draft
    // A trial that was killed here may have left a second name of its record, and may have had the same process number.
    unlink(draft)
    let descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .system(Errno(rawValue: errno)) }
    do throws(TrialFileError) {
      var file = stat()
      let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
      guard isLocked || errno == EWOULDBLOCK, fstat(descriptor, &file) == 0 else {
        throw .system(Errno(rawValue: errno))
      }
      guard isLocked, file.st_nlink > 0 else {
        close(descriptor)
        return nil
      }
      do { try FileDescriptor(rawValue: descriptor).writeAll(bytes) } catch {
        throw .system(error as? Errno ?? .ioError)
      }
      let (path, number) = try link(draft, of: bytes.count, in: directory)
      unlink(draft)
      return TrialFile(descriptor: descriptor, path: path, directory: directory, number: number)
    } catch {
      unlink(draft)
      close(descriptor)
      throw error
    }
  }

  /// Removes the record, because nothing must be restored any longer.
  ///
  /// - Returns: The event about a record that is still there: `rollback` would restore the old timeouts.
  @discardableResult
  package consuming func remove() -> TrialEvent? {
    directory.removeTrial(path).map { .notRemoved(path, $0) }
  }

  deinit {
    close(descriptor)
  }

  /// Gives the complete file its final name.
  ///
  /// Its number is the next one. So the order of records does not depend on the clock, which may be set back.
  private static func link(
    _ draft: String, of size: Int, in directory: ChangeDirectory
  ) throws(TrialFileError) -> (path: String, number: UInt64) {
    for _ in 0..<1000 {
      // A process that removed the last record also removed the directory.
      do throws(ChangeDirectoryError) { try directory.makeTrials() } catch {
        switch error {
        case .system(.noSuchFileOrDirectory): continue
        case .system(let errno): throw .system(errno)
        case .untrusted(let fault): throw .untrusted(fault)
        }
      }
      let names: [FilePath.Component]
      do throws(Errno) {
        names = try FileReader.names(in: FilePath(directory.trials), atMost: TrialRecords.maximumCount - 1)
      } catch {
        if error == .noSuchFileOrDirectory { continue }
        throw error == .fileTooLarge ? .tooMany : .system(error)
      }
      // With this record, they could not be read.
      guard TrialRecords.size(of: names, in: directory) + size <= TrialRecords.maximumSize else { throw .tooLarge }
      let number = (names.compactMap { TrialName($0.string)?.number }.max() ?? 0) + 1
      let path = "\(directory.trials)/\(TrialName(number: number, process: getpid()))"
      if Glibc.link(draft, path) == 0 { return (path, number) }
      guard errno == EEXIST || errno == ENOENT else { throw .system(Errno(rawValue: errno)) }
    }
    throw .system(.fileExists)
  }
}

/// The reason why a record was not written.
package enum TrialFileError: Error, Hashable {
  /// The system refused it.
  case system(Errno)
  /// The directory of the records is not trusted.
  case untrusted(OwnershipFault)
  /// There are too many records.
  case tooMany
  /// All records together are too large.
  case tooLarge
  /// The record would be too long to be read.
  case tooLong
  /// The record would have too many network namespaces.
  case tooManyNamespaces
}

extension TrialFileError: CustomStringConvertible {
  /// The reason in a few words.
  package var description: String {
    switch self {
    case .system(let errno): "\(errno.description), errno \(errno.rawValue)"
    case .untrusted(let fault): fault.description
    case .tooMany: "it has \(TrialRecords.maximumCount) records already"
    case .tooLarge: "its records have \(TrialRecords.maximumSize >> 20) MiB already"
    case .tooLong: "the record is longer than 1 MiB"
    case .tooManyNamespaces: "there are more than \(TrialRecord.maximumCount) network namespaces"
    }
  }
}

/// The name of a record: its number and its process, as in `2.1234`.
struct TrialName: Hashable, CustomStringConvertible {
  let number: UInt64
  let process: Int32

  init(number: UInt64, process: Int32) {
    self.number = number
    self.process = process
  }

  /// Reads a name; `nil` if it is not that of a record.
  init?(_ name: String) {
    let words = name.split(separator: ".", omittingEmptySubsequences: false)
    // With this limit, the next number cannot overflow.
    guard words.count == 2, words.allSatisfy({ $0.utf8.allSatisfy { 48...57 ~= $0 } }), words[0].utf8.count <= 18,
      let number = UInt64(words[0]), let process = Int32(words[1])
    else { return nil }
    self.init(number: number, process: process)
  }

  var description: String { "\(number).\(process)" }
}

extension ChangeDirectory {
  /// Removes a record, and the directory with the last one.
  ///
  /// So one system call shows whether there are any.
  ///
  /// - Returns: Why the record is still there; `nil` if it is gone.
  func removeTrial(_ path: String) -> Errno? {
    guard unlink(path) == 0 || errno == ENOENT else { return Errno(rawValue: errno) }
    rmdir(trials)
    return nil
  }
}
