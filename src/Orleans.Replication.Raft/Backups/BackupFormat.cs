using System.Text.Json.Serialization;

namespace Orleans.Replication.Raft.Backups;

/// <summary>
/// A backup: one file, little endian, read from its beginning to its end.
/// <code>
/// header:  "ORLRBKUP", version u32, length u32, JSON (RaftBackupInfo), XxHash3 u64 of everything before
/// a file:  'F', name length u8, name (ASCII), length i64, XxHash3 u64 of these; content; XxHash3 u64 of the content
/// trailer: 'E', files u32, bytes of content i64, SHA-256 of everything before
/// </code>
/// Lengths have a checksum of their own: a damaged one is found before it is believed. The files are those of a RocksDB checkpoint, the applied position in it.
/// </summary>
internal static class BackupFormat
{
    public const int Version = 1;
    public const int MaxHeaderBytes = 1 << 20;
    public const int MaxNameBytes = 128;
    public const int MaxFiles = 1_000_000;
    public const byte FileMark = (byte)'F';
    public const byte EndMark = (byte)'E';
    public const int HashBytes = sizeof(ulong);
    public const int DigestBytes = 32;
    public const int TrailerBytes = 1 + sizeof(uint) + sizeof(long);

    public static ReadOnlySpan<byte> Magic => "ORLRBKUP"u8;

    /// <summary>True for a file that belongs to a checkpoint: RocksDB's own logs, its lock and a snapshot's manifest do not.</summary>
    public static bool IsPart(string name) =>
        name is not ("LOCK" or Snapshots.SnapshotManifest.FileName) && !name.StartsWith("LOG", StringComparison.Ordinal);

    /// <summary>True for a name that a checkpoint's file can have, and that leads to no other folder.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameBytes && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && IsPart(name);
}

[JsonSerializable(typeof(RaftBackupInfo))]
internal sealed partial class BackupHeaderJson : JsonSerializerContext;
