namespace Actors.Core.Tests.Definitions;

internal static class Samples
{
    public const string OrderFulfilment = """
        process: order-fulfilment
        version: 1
        model: graph                       # pipeline | graph
        input:                             # JSON Schema, checked when an invocation starts
          type: object
          required: [orderId, total, card, lines]
        key: $.orderId                     # idempotency: the same order twice is one invocation
        deadline: 2h
        services:
          shop: { url: http://127.0.0.1:5100, timeout: 10s }
        defaults:
          retry: { attempts: 5, first: 200ms, factor: 2, max: 10s, jitter: true }

        steps:
          reserve:
            post: shop/reservations
            body: { orderId: $.input.orderId, lines: $.input.lines }
            undo: { delete: "shop/reservations/{$.input.orderId}" }
          charge:
            post: shop/payments
            body: { orderId: $.input.orderId, amount: $.input.total, card: $.input.card }
            permanent: [402, 409]
            undo: { post: "shop/payments/{$.steps.charge.result.id}/refund" }
          label:
            after: [reserve, charge]
            post: shop/labels
            body: { orderId: $.input.orderId, weight: $.steps.reserve.result.weight }
          insure:
            after: [charge]
            when: $.input.total > 500 && $.input.country != 'CH'
            post: shop/insurances
          notify:
            after: [reserve]
            detached: true
            post: shop/warehouse/notifications

        output: { tracking: $.steps.label.result.tracking, insured: $.steps.insure.status }
        """;

    /// <summary>Uses every feature of a graph.</summary>
    public const string Everything = """
        process: everything
        version: 7
        model: graph
        description: "One of each: \u00e9 <&> 'quoted'"
        input:
          type: object
          required: [b, a]
          properties: { b: { type: number, minimum: 1.50 }, a: { type: array } }
        key: $.a
        deadline: P1DT12H
        onFailure: finish
        services:
          shop: { url: "https://shop.example", timeout: 1m30s, headers: { X-Team: orders, Authorization: secret:shop } }
          depot: { url: "http://127.0.0.1:5101" }
        defaults:
          retry: { attempts: 3, first: 50ms }
          timeout: { attempt: 20s, step: 10m }
        labels: { owner: orders, tier: 1 }
        steps:
          look:
            get: "shop/things/{$.input.a[0]}?q={$.input.b}"
            headers: { Accept: application/json, X-One: 1.50 }
            success: [200, 404]
            transient: [503]
            response: { code: $.response.status, body: $.response.body }
            responseMax: 64KiB
            labels: { b: "2", a: "1" }
          reserve:
            after: look
            post: shop/reservations
            body: { z: 1.0, a: [true, null, "$$.literal", 1e3, "{$.context.correlation}"] }
            undo:
              delete: "shop/reservations/{$.steps.reserve.result.id}"
              headers: { X-Why: failed }
              success: [204, 404]
          change:
            after: [reserve]
            put: shop/things/1
            retry: none
          patch:
            after: [reserve]
            patch: depot/things/1
            retry: { factor: 1.5, max: 5s, jitter: false, on: [timeout, http-503] }
            limit: { concurrency: 4, rate: 90/m, queue: depot }
          remove:
            after: [reserve]
            delete: depot/things/2
            limit: 8
          score:
            after: [look]
            handler: score-thing
            when: $.steps.look.result.code == 200
            each: $.input.a
            parallel: 16
            input: { item: $.item, tenant: $.context.tenant }
            timeout: 2s
            permanent: [409, InvalidThing]
            duration: 0.25s
            reads: [stock/level]
            writes: [score]
            undo: { handler: unscore-thing }
          pause: { after: [score], delay: PT90S }
          pause-by-input: { after: [score], delay: $.input.c }
          approve: { after: [pause], wait: approved, timeout: { step: 3d } }
          tell: { after: [approve], emit: thing.approved, data: { id: $.input.a }, undo: { emit: thing.withdrawn } }
          tell-input: { after: [approve], emit: thing.seen, detached: true }
          count:
            after: [approve]
            entity: { type: counter, id: "{$.input.b}", operation: Add }
            undo: { entity: { type: counter, id: "{$.input.b}", operation: Remove } }
          sub: { after: [approve], child: order-fulfilment }
          sub-named: { after: [approve], child: { process: order-fulfilment, id: "{$.input.b}-sub" } }
          pretend: { after: [sub], simulate: 5s }
          pretend-more: { after: [sub], simulate: { duration: 10.413s, distribution: exponential, failures: 0.25 } }
          first-of: { after: [change, patch, remove], join: any, handler: first }
          two-of: { after: [change, patch, remove], join: { quorum: 2 }, handler: two }
          in-time: { after: [change, patch, remove], join: { deadline: 5s, atLeast: 1 }, handler: partial }
        output: { look: $.steps.look.result, total: "sum: {$.input.b}", n: 10.50 }
        """;

    public const string Pipeline = """
        process: voice-command
        model: pipeline
        pipeline: { mode: queued, capacity: 32 }
        steps:
          denoise: { handler: denoise, pure: true }
          normalise: { handler: normalise, pure: true }
          match: { handler: match, input: { features: $.steps.normalise.result } }
        """;
}
