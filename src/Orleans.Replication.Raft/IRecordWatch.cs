namespace Orleans.Replication.Raft;

/// <summary>Tells when a record of this replica, or any record of a table, may have changed. Dispose it to stop watching.</summary>
public interface IRecordWatch : IDisposable
{
    /// <summary>
    /// Waits until the record may have changed since the watch began or the last wait ended; several changes may end one wait. The change can be read when
    /// it returns. One caller at a time.
    /// </summary>
    /// <exception cref="GroupUnavailableException">The replica went out of service or was stopped.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    ValueTask WaitAsync(CancellationToken cancellationToken = default);
}
