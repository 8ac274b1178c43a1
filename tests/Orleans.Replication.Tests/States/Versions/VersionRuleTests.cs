using System.Buffers;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.Versions;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Replication.Tests.States.Versions;

/// <summary>When the version of the operations is raised, while members come, go, and are given other code.</summary>
public sealed class VersionRuleTests
{
    private static readonly Command Weigh = Operation();

    [Theory]
    [InlineData(1, new[] { 2, 2, 2 }, 2)]
    [InlineData(1, new[] { 2, 3, 4 }, 2)]
    [InlineData(1, new[] { 2, 2, 1 }, 0)]
    [InlineData(1, new[] { 2, 2, -1 }, 0)]
    [InlineData(1, new[] { 2, 2, 0 }, 0)]
    [InlineData(2, new[] { 2, 2, 2 }, 0)]
    [InlineData(2, new[] { 1, 2, 2 }, 0)]
    [InlineData(1, new[] { 3 }, 3)]
    public void What_every_member_has_is_proposed(int inForce, int[] declared, int proposed) =>
        Assert.Equal(proposed, VersionRule.Propose(inForce, declared.Select(version => version < 0 ? (int?)null : version)) ?? 0);

    [Fact]
    public void A_version_is_raised_at_one_command_for_all_and_only_when_every_member_has_it() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 4], Gen.Int[1, 3]).Array[0, 60].Sample(events =>
        {
            var world = new World();
            foreach (var (kind, who, version) in events)
                world.Happen(kind, who, version);
            world.CheckReplay();
        });

    private static Command Operation()
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var payload = new ArrayBufferWriter<byte>();
        StateCommand.Begin(payload, StateCommandKind.Apply, OriginFormat.Encode(default));
        services.GetRequiredService<Serializer>().Serialize<object, ArrayBufferWriter<byte>>(new Weigh(1), payload);
        return new Command(StatesTable.TableName, StateKey.Encode(GrainId.Create("t", "k"), "s"), payload.WrittenMemory);
    }

    /// <summary>The group, its log, and what it was asked and not told yet.</summary>
    private sealed class World
    {
        private readonly List<ModelMember> _members = [new(1), new(1), new(1)];
        private readonly List<(Command Command, long ConfigurationIndex)> _log = [];
        private readonly Queue<VersionRaise> _asked = [];
        private long _configuration;
        private int _version = 1;

        public void Happen(int kind, int who, int version)
        {
            var member = _members[who % _members.Count];
            switch (kind)
            {
                case 0 or 1:
                    Ask();
                    break;
                case 2 or 3 when _asked.TryDequeue(out var raise):
                    _log.Add((raise.ToCommand(OriginFormat.Encode(default)), _configuration));
                    break;
                case 4 when _members.Count < 5:
                    Join(new ModelMember(version));
                    break;
                case 5 when _members.Any(other => other != member && !other.IsStopped):
                    _members.Remove(member);
                    _configuration++;
                    break;
                case 6 or 7:
                    Restart(member, Math.Max(version, member.Code));
                    break;

                // Nobody goes back while the answers of the members are on their way.
                case 8 when _asked.Count == 0:
                    Rollback(member, version);
                    break;
                default:
                    _log.Add((Weigh, _configuration));
                    break;
            }

            Apply();
        }

        /// <summary>A replica that runs all again, and one that begins with the records of another, come to the same.</summary>
        public void CheckReplay()
        {
            var again = new ModelMember(9);
            again.Apply(_log);
            Assert.False(again.IsStopped);
            Assert.All(_members.Where(member => !member.IsStopped), member => Assert.Equal(again.Dump, member.Dump));
            again.Restart(9);
            Assert.Equal(_version, again.Version);
        }

        private void Ask()
        {
            var inForce = _members.Where(member => !member.IsStopped).Select(member => member.Version).First();
            if (VersionRule.Propose(inForce, _members.Select(member => member.IsStopped ? (int?)null : member.Code)) is { } version)
                _asked.Enqueue(new VersionRaise(version, _configuration));
        }

        private void Join(ModelMember member)
        {
            member.Apply(_log);
            Assert.Equal(member.Code < _version, member.IsStopped);
            _members.Add(member);
            _configuration++;
        }

        private void Rollback(ModelMember member, int version)
        {
            if (!_members.Any(other => other != member && !other.IsStopped))
                return;
            Restart(member, Math.Min(version, member.Code));
        }

        /// <summary>It finds the version that is in force among its records, or in the log that it has not applied.</summary>
        private void Restart(ModelMember member, int code)
        {
            member.Restart(code);
            member.Apply(_log);
            Assert.Equal(code < _version, member.IsStopped);
        }

        private void Apply()
        {
            var served = _members.Where(member => !member.IsStopped).ToArray();
            foreach (var member in _members)
                member.Apply(_log);
            Assert.DoesNotContain(served, member => member.IsStopped);
            var version = Assert.Single(served.Select(member => member.Version).Distinct());
            Assert.True(version >= _version);
            Assert.True(version == _version || _members.TrueForAll(member => member.Code >= version), $"Version {version} is in force, and a member has not got it.");
            Assert.Single(served.Select(member => member.Dump).Distinct());
            _version = version;
        }
    }
}
