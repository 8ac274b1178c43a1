namespace Orleans.Replication.Raft.Storage;

/// <summary>Tries whether a disk takes writes.</summary>
internal static class DiskProbe
{
    /// <summary>Writes a file of its own, flushes it, and deletes it.</summary>
    /// <returns>Why the disk does not take it; null when it does.</returns>
    public static string? Try(string folder, int bytes)
    {
        var path = Path.Combine(folder, "probe");
        try
        {
            using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose))
            {
                file.Write(new byte[bytes]);
                file.Flush(flushToDisk: true);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
