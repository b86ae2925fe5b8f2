// The only file that knows Asio; its own functions are compiled in asio.cc.
#include "server/http/event_loop.h"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <string>
#include <utility>

namespace bantam::server {

namespace asio = boost::asio;

struct EventLoop::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
};

struct FdWatch::Impl {
  explicit Impl(asio::io_context& context) : descriptor(context) {}
  asio::posix::stream_descriptor descriptor;
};

Result<std::unique_ptr<EventLoop>> EventLoop::Create() {
  try {
    return std::unique_ptr<EventLoop>(new EventLoop(std::make_unique<Impl>()));
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kIo, std::string("the event loop cannot be made: ") + error.what());
  }
}

EventLoop::EventLoop(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EventLoop::~EventLoop() = default;

void EventLoop::Run() {
  impl_->context.run();
}

void EventLoop::Finish() {
  impl_->context.restart();
  impl_->context.poll();
}

void EventLoop::Stop() {
  impl_->context.stop();
}

void EventLoop::Post(std::function<void()> task) {
  asio::post(impl_->context, std::move(task));
}

void EventLoop::After(std::chrono::milliseconds delay, std::function<void()> task) {
  auto timer = std::make_unique<asio::steady_timer>(impl_->context, delay);
  asio::steady_timer& waiting = *timer;
  waiting.async_wait(
      [timer = std::move(timer), task = std::move(task)](const boost::system::error_code& error) {
        if (!error) task();
      });
}

Result<std::unique_ptr<FdWatch>> FdWatch::Create(EventLoop& loop, int fd) {
  auto impl = std::make_unique<Impl>(loop.impl_->context);
  boost::system::error_code error;
  impl->descriptor.assign(fd, error);
  if (error) {
    close(fd);
    return Fail(ErrorCode::kIo, "a socket cannot be watched: " + error.message());
  }
  return std::unique_ptr<FdWatch>(new FdWatch(std::move(impl)));
}

FdWatch::FdWatch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

FdWatch::~FdWatch() = default;

int FdWatch::fd() const {
  return impl_->descriptor.native_handle();
}

void FdWatch::WhenReadable(std::function<void()> ready) {
  impl_->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                               [ready = std::move(ready)](const boost::system::error_code& error) {
                                 if (error != asio::error::operation_aborted) ready();
                               });
}

void FdWatch::WhenWritable(std::function<void()> ready) {
  impl_->descriptor.async_wait(asio::posix::stream_descriptor::wait_write,
                               [ready = std::move(ready)](const boost::system::error_code& error) {
                                 if (error != asio::error::operation_aborted) ready();
                               });
}

}  // namespace bantam::server
