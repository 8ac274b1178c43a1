using System.Net;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>The contract of <see cref="IMembershipTable"/> in Orleans 10.4, sentence by sentence.</summary>
public abstract class MembershipTableContract
{
    private static readonly DateTime Now = new(2026, 8, 1, 12, 0, 0, DateTimeKind.Utc);
    private static int _generation;

    private readonly IGroupFixture _group;
    private readonly IMembershipTable _table;
    private readonly IMembershipTable _reader;

    private protected MembershipTableContract(IGroupFixture group)
    {
        var cluster = $"cluster-{Guid.NewGuid():N}";
        (_group, _table, _reader) = (group, group.Writer.CreateMembershipTable(cluster), group.Reader.CreateMembershipTable(cluster));
    }

    [Fact]
    public async Task An_empty_table_has_version_0_and_an_etag_and_no_rows()
    {
        await _table.InitializeMembershipTableAsync(true);
        foreach (var data in new[] { await _reader.ReadAllAsync(), await _reader.ReadRowAsync(NewEntry().SiloAddress) })
        {
            Assert.Empty(data.Members);
            Assert.Equal(0, data.Version.Version);
            Assert.False(string.IsNullOrEmpty(data.Version.VersionEtag));
        }
    }

    [Fact]
    public async Task Initializing_again_changes_nothing()
    {
        var version = await InsertAsync(NewEntry());
        await _table.InitializeMembershipTableAsync(true);
        Assert.Equal(version, (await _reader.ReadAllAsync()).Version);
    }

    [Fact]
    public async Task An_inserted_row_is_read_with_every_field()
    {
        var entry = NewEntry();
        entry.SuspectTimes = [Tuple.Create(NewEntry().SiloAddress, Now.AddTicks(1))];
        entry.RoleName = "роль";
        entry.UpdateZone = 3;
        entry.FaultZone = 4;
        await InsertAsync(entry);
        AssertSame(entry, Assert.Single((await _reader.ReadAllAsync()).Members).Item1);
        AssertSame(entry, Assert.Single((await _reader.ReadRowAsync(entry.SiloAddress)).Members).Item1);
    }

    [Fact]
    public async Task An_insert_sets_the_version_it_was_given_and_a_new_etag()
    {
        var before = (await _reader.ReadAllAsync()).Version;
        Assert.True(await _table.InsertRowAsync(NewEntry(), before.Next()));
        var after = (await _reader.ReadAllAsync()).Version;
        Assert.Equal(1, after.Version);
        Assert.NotEqual(before.VersionEtag, after.VersionEtag);
    }

    [Fact]
    public async Task A_row_read_alone_comes_with_the_tables_version_and_its_own_etag()
    {
        var first = NewEntry();
        await InsertAsync(first);
        await InsertAsync(NewEntry());
        var all = await _reader.ReadAllAsync();
        var one = await _reader.ReadRowAsync(first.SiloAddress);
        Assert.Equal(all.Version, one.Version);
        Assert.Equal(all.TryGet(first.SiloAddress)!.Item2, Assert.Single(one.Members).Item2);
    }

    [Fact]
    public async Task An_insert_of_an_existing_row_is_refused_and_changes_nothing()
    {
        var entry = NewEntry();
        var version = await InsertAsync(entry);
        Assert.False(await _table.InsertRowAsync(entry, version.Next()));
        Assert.Equal(version, (await _reader.ReadAllAsync()).Version);
    }

    [Fact]
    public async Task An_insert_with_a_stale_table_etag_is_refused_and_changes_nothing()
    {
        var empty = (await _reader.ReadAllAsync()).Version;
        var version = await InsertAsync(NewEntry());
        Assert.False(await _table.InsertRowAsync(NewEntry(), empty.Next()));
        Assert.False(await _table.InsertRowAsync(NewEntry(), new TableVersion(version.Version + 1, "nonsense")));
        var data = await _reader.ReadAllAsync();
        Assert.Single(data.Members);
        Assert.Equal(version, data.Version);
    }

    [Fact]
    public async Task An_update_stores_the_row_with_a_new_etag_and_the_version_it_was_given()
    {
        var (entry, etag, version) = await InsertAndReadAsync();
        entry.Status = SiloStatus.Active;
        entry.AddSuspector(NewEntry().SiloAddress, Now);
        Assert.True(await _table.UpdateRowAsync(entry, etag, version.Next()));

        var data = await _reader.ReadAllAsync();
        var row = Assert.Single(data.Members);
        AssertSame(entry, row.Item1);
        Assert.NotEqual(etag, row.Item2);
        Assert.Equal(version.Version + 1, data.Version.Version);
        Assert.NotEqual(version.VersionEtag, data.Version.VersionEtag);
    }

    [Fact]
    public async Task An_update_of_a_missing_row_is_refused()
    {
        var version = await InsertAsync(NewEntry());
        Assert.False(await _table.UpdateRowAsync(NewEntry(), version.VersionEtag, version.Next()));
        Assert.Single((await _reader.ReadAllAsync()).Members);
    }

    [Fact]
    public async Task An_update_with_a_stale_table_etag_is_refused()
    {
        var (entry, etag, version) = await InsertAndReadAsync();
        var later = await InsertAsync(NewEntry());
        Assert.False(await _table.UpdateRowAsync(entry, etag, version.Next()));
        Assert.Equal(later, (await _reader.ReadAllAsync()).Version);
    }

    [Fact]
    public async Task An_update_with_a_stale_row_etag_is_refused()
    {
        var (entry, etag, version) = await InsertAndReadAsync();
        Assert.True(await _table.UpdateRowAsync(entry, etag, version.Next()));
        var now = (await _reader.ReadAllAsync()).Version;
        Assert.False(await _table.UpdateRowAsync(entry, etag, now.Next()));
        Assert.False(await _table.UpdateRowAsync(entry, "nonsense", now.Next()));
        Assert.Equal(now, (await _reader.ReadAllAsync()).Version);
    }

    [Fact]
    public async Task A_heartbeat_changes_only_the_time_and_no_etag()
    {
        var (entry, etag, version) = await InsertAndReadAsync();
        await BeatAsync(entry, Now.AddSeconds(30));

        var data = await _reader.ReadAllAsync();
        var row = Assert.Single(data.Members);
        Assert.Equal((etag, version), (row.Item2, data.Version));
        Assert.Equal(Now.AddSeconds(30), row.Item1.IAmAliveTime);
        row.Item1.IAmAliveTime = entry.IAmAliveTime;
        AssertSame(entry, row.Item1);
    }

    [Fact]
    public async Task A_row_and_a_version_read_before_a_heartbeat_can_still_be_updated()
    {
        var (entry, etag, version) = await InsertAndReadAsync();
        await BeatAsync(entry, Now.AddSeconds(30));
        entry.Status = SiloStatus.Active;
        Assert.True(await _table.UpdateRowAsync(entry, etag, version.Next()));
        Assert.Equal(SiloStatus.Active, Assert.Single((await _reader.ReadAllAsync()).Members).Item1.Status);
    }

    [Fact]
    public async Task An_update_by_a_silo_that_has_not_seen_the_last_heartbeat_does_not_take_it_back()
    {
        var (entry, etag, version) = await InsertAndReadAsync();
        await BeatAsync(entry, Now.AddSeconds(30));
        Assert.True(await _table.UpdateRowAsync(entry, etag, version.Next()));
        Assert.Equal(Now.AddSeconds(30), Assert.Single((await _reader.ReadAllAsync()).Members).Item1.IAmAliveTime);
    }

    [Fact]
    public async Task A_heartbeat_of_a_row_that_is_gone_is_ignored()
    {
        await BeatAsync(NewEntry(), Now);
        var data = await _reader.ReadAllAsync();
        Assert.Empty(data.Members);
        Assert.Equal(0, data.Version.Version);
    }

    [Theory]
    [InlineData(SiloStatus.Created)]
    [InlineData(SiloStatus.Joining)]
    [InlineData(SiloStatus.Active)]
    [InlineData(SiloStatus.ShuttingDown)]
    [InlineData(SiloStatus.Stopping)]
    public async Task A_clean_up_removes_no_row_that_is_not_dead(SiloStatus status)
    {
        await InsertAsync(NewEntry(status));
        await _table.CleanupDefunctSiloEntriesAsync(Now.AddYears(1));
        Assert.Single((await _reader.ReadAllAsync()).Members);
    }

    [Fact]
    public async Task A_clean_up_removes_dead_rows_of_before_a_time_exclusively()
    {
        await InsertAsync(NewEntry(SiloStatus.Dead));
        await _table.CleanupDefunctSiloEntriesAsync(Now);
        Assert.Single((await _reader.ReadAllAsync()).Members);
        await _table.CleanupDefunctSiloEntriesAsync(Now.AddTicks(1));
        Assert.Empty((await _reader.ReadAllAsync()).Members);
    }

    [Theory]
    [InlineData("start")]
    [InlineData("heartbeat")]
    [InlineData("suspicion")]
    public async Task A_dead_row_is_as_old_as_the_last_that_was_heard_of_it(string last)
    {
        var entry = NewEntry(SiloStatus.Dead);
        var later = Now.AddHours(1);
        entry.StartTime = last == "start" ? later : Now;
        entry.SuspectTimes = [Tuple.Create(NewEntry().SiloAddress, last == "suspicion" ? later : Now)];
        await InsertAsync(entry);
        if (last == "heartbeat")
            await BeatAsync(entry, later);

        await _table.CleanupDefunctSiloEntriesAsync(later);
        Assert.Single((await _reader.ReadAllAsync()).Members);
        await _table.CleanupDefunctSiloEntriesAsync(later.AddTicks(1));
        Assert.Empty((await _reader.ReadAllAsync()).Members);
    }

    [Fact]
    public async Task Deleting_a_clusters_entries_leaves_an_empty_table_and_other_clusters_alone()
    {
        var id = $"cluster-{Guid.NewGuid():N}";
        var other = _group.Reader.CreateMembershipTable(id);
        await InsertAsync(NewEntry());
        Assert.True(await other.InsertRowAsync(NewEntry(), (await other.ReadAllAsync()).Version.Next()));

        await _table.DeleteMembershipTableEntriesAsync(id);
        Assert.Empty((await other.ReadAllAsync()).Members);
        Assert.Equal(0, (await other.ReadAllAsync()).Version.Version);
        Assert.Single((await _reader.ReadAllAsync()).Members);
        Assert.True(await other.InsertRowAsync(NewEntry(), (await other.ReadAllAsync()).Version.Next()));
    }

    [Fact]
    public async Task What_was_read_belongs_to_the_reader()
    {
        var (entry, _, _) = await InsertAndReadAsync();
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(entry.SiloAddress, Now);
        var again = Assert.Single((await _reader.ReadAllAsync()).Members).Item1;
        Assert.Equal(SiloStatus.Joining, again.Status);
        Assert.Empty(again.SuspectTimes!);
    }

    [Fact]
    public async Task One_of_twenty_parallel_inserts_of_a_row_wins()
    {
        var entry = NewEntry();
        var version = (await _reader.ReadAllAsync()).Version.Next();
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _table.InsertRowAsync(entry, version)));
        Assert.Single(results, true);
        Assert.Single((await _reader.ReadAllAsync()).Members);
    }

    [Fact]
    public async Task Twenty_silos_that_join_at_once_all_get_in_and_every_success_counts()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => JoinAsync(NewEntry())));
        var data = await _reader.ReadAllAsync();
        Assert.Equal(20, data.Members.Count);
        Assert.Equal(20, data.Version.Version);
    }

    [Fact]
    public async Task Readers_see_rows_and_version_of_one_moment()
    {
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            var reads = 0;
            while (!stop.IsCancellationRequested)
            {
                var data = await _reader.ReadAllAsync();
                Assert.Equal(data.Version.Version, data.Members.Count);
                reads++;
            }
            return reads;
        });
        for (var i = 0; i < 30; i++)
            await JoinAsync(NewEntry());
        await stop.CancelAsync();
        Assert.True(await reader > 0, "nothing was read meanwhile");
    }

    [Fact]
    public async Task The_members_without_a_token_do_the_same()
    {
#pragma warning disable CS0618 // The runtime calls the others; these have to work for who still calls them.
        var entry = NewEntry(SiloStatus.Dead);
        await _table.InitializeMembershipTable(true);
        Assert.True(await _table.InsertRow(entry, (await _reader.ReadAll()).Version.Next()));
        var row = Assert.Single((await _reader.ReadRow(entry.SiloAddress)).Members);
        Assert.True(await _table.UpdateRow(row.Item1, row.Item2, (await _reader.ReadAll()).Version.Next()));
        await _table.UpdateIAmAlive(new() { SiloAddress = entry.SiloAddress, IAmAliveTime = Now.AddHours(1) });
        await _table.CleanupDefunctSiloEntries(Now.AddMinutes(1));
        Assert.Single((await _reader.ReadAll()).Members);
        await _table.CleanupDefunctSiloEntries(Now.AddHours(2));
        Assert.Empty((await _reader.ReadAll()).Members);
        await _table.DeleteMembershipTableEntries("some other cluster");
#pragma warning restore CS0618
    }

    private static MembershipEntry NewEntry(SiloStatus status = SiloStatus.Joining)
    {
        var generation = Interlocked.Increment(ref _generation);
        return new()
        {
            SiloAddress = SiloAddress.New(IPAddress.Loopback, 11111, generation),
            Status = status,
            SuspectTimes = [],
            ProxyPort = 30000,
            HostName = "host",
            SiloName = $"silo {generation}",
            StartTime = Now.AddHours(-1),
            IAmAliveTime = Now,
        };
    }

    private static void AssertSame(MembershipEntry expected, MembershipEntry actual)
    {
        Assert.Equal(expected.ToFullString(), actual.ToFullString());
        Assert.Equal((expected.StartTime, expected.IAmAliveTime), (actual.StartTime, actual.IAmAliveTime));
        Assert.Equal(expected.SuspectTimes, actual.SuspectTimes);
    }

    private async Task<TableVersion> InsertAsync(MembershipEntry entry)
    {
        Assert.True(await _table.InsertRowAsync(entry, (await _reader.ReadAllAsync()).Version.Next()));
        return (await _reader.ReadAllAsync()).Version;
    }

    private async Task<(MembershipEntry Entry, string ETag, TableVersion Version)> InsertAndReadAsync()
    {
        await InsertAsync(NewEntry());
        var data = await _reader.ReadAllAsync();
        var row = Assert.Single(data.Members);
        return (row.Item1, row.Item2, data.Version);
    }

    // As a silo joins: read, try, and again after a conflict.
    private async Task JoinAsync(MembershipEntry entry)
    {
        while (!await _table.InsertRowAsync(entry, (await _reader.ReadAllAsync()).Version.Next()))
            await Task.Yield();
    }

    private Task BeatAsync(MembershipEntry entry, DateTime time) =>
        _table.UpdateIAmAliveAsync(new MembershipEntry { SiloAddress = entry.SiloAddress, IAmAliveTime = time });
}
