using Orleans.Replication.Raft.Backups;

namespace Orleans.Replication.Raft;

/// <summary>Backups as <see cref="RaftGroup.BackupAsync(Stream, CancellationToken)"/> makes them.</summary>
public static class RaftBackup
{
    /// <summary>Reads what a backup contains, without verifying it.</summary>
    /// <exception cref="RaftStorageException">It is no backup, of another version, or its header is damaged.</exception>
    public static async Task<RaftBackupInfo> ReadInfoAsync(string path, CancellationToken cancellationToken = default)
    {
        var source = BackupFile.Open(path);
        await using var closing = source.ConfigureAwait(false);
        using var reader = new BackupReader(source);
        return await reader.ReadHeaderAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new RaftStorageException($"'{path}' cannot be read: {string.Join(' ', reader.Problems)}");
    }

    /// <summary>Compares every part of a backup with its checksum, and reads the whole state in it. Changes nothing.</summary>
    /// <param name="path">The backup.</param>
    /// <param name="scratch">A folder in which the state is unpacked meanwhile; it needs as much room as the backup. Null for the system's temporary folder.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RaftStorageException">There is no such file.</exception>
    public static async Task<RaftVerification> VerifyAsync(string path, string? scratch = null, CancellationToken cancellationToken = default)
    {
        var folder = Path.Combine(scratch ?? Path.GetTempPath(), "orleans-replication-verify-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            var opened = await BackupFile.UnpackAsync(path, folder, cancellationToken).ConfigureAwait(false);
            return opened.Verification;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Makes a stopped member's part of a group from a backup: the group begins with the state as it was then, under the voters that are given, as another incarnation, which
    /// no member of the former one can speak to. Every voter has to be restored from the same backup with the same voters before it starts.
    /// </summary>
    /// <param name="path">The backup. It is verified first.</param>
    /// <param name="options">What the group becomes.</param>
    /// <param name="cancellationToken">Ends it; nothing has been changed then.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="RaftStorageException">
    /// The backup is damaged, the folder is in use, or it holds data and <see cref="RaftRestoreOptions.ReplaceExisting"/> is not set. Nothing was changed.
    /// </exception>
    /// <exception cref="ArgumentException">An option is wrong; the message says what to write instead.</exception>
    public static Task<RaftRestoreResult> RestoreAsync(string path, RaftRestoreOptions options, CancellationToken cancellationToken = default) =>
        new GroupRestore(path, options).RunAsync(cancellationToken);
}
