using Actors.Grains.Hosting;
using Actors.Silo.Embedded.Hosting;
using Shouldly;

namespace Actors.Grains.Tests.Hosting;

public sealed class MailboxOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Messages_leave_in_the_order_in_which_they_came(int seed)
    {
        var random = new Random(seed);
        var mailbox = new Mailbox();
        var expected = new Queue<GrainMessage>();
        for (var i = 0; i < 10_000; i++)
        {
            // Grows over the seam of the ring again and again, and is emptied now and then.
            if (random.Next(100) < 52)
            {
                var message = new Touch();
                expected.Enqueue(message);
                mailbox.Enqueue(new Envelope(message, null));
            }
            else
            {
                mailbox.TryDequeue(out var envelope).ShouldBe(expected.TryDequeue(out var wanted));
                envelope.Message.ShouldBeSameAs(wanted);
            }

            mailbox.IsEmpty.ShouldBe(expected.Count == 0);
        }
    }

    [Fact]
    public void It_knows_whether_somebody_waits()
    {
        var mailbox = new Mailbox();
        mailbox.Enqueue(new Envelope(new Touch(), null));
        mailbox.HasCall().ShouldBeFalse();
        mailbox.Enqueue(new Envelope(new Touch(), new PendingCall()));
        mailbox.HasCall().ShouldBeTrue();
        mailbox.TryDequeue(out _);
        mailbox.HasCall().ShouldBeTrue();
        mailbox.TryDequeue(out _);
        mailbox.HasCall().ShouldBeFalse();
    }

    [Fact]
    public async Task Many_put_in_while_one_takes_out()
    {
        const int senders = 4;
        const int each = 20_000;
        var mailbox = new Mailbox();
        var sending = Enumerable.Range(0, senders).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < each; i++) mailbox.Enqueue(new Envelope(new Touch(), null));
        })).ToArray();
        var taken = await Task.Run(() =>
        {
            var count = 0;
            while (count < senders * each)
            {
                if (mailbox.TryDequeue(out _)) count++;
                else Thread.Yield();
            }

            return count;
        });
        await Task.WhenAll(sending);
        taken.ShouldBe(senders * each);
        mailbox.IsEmpty.ShouldBeTrue();
    }
}
